"""The live stream: tells open pages that something changed for their reader; they ask for the counts anew.

One small ASGI process (`linli live`). It holds no data and sends none: `gate.py` asks the installation's own
middleware who the reader is, `streams.py` says whom a batch of the sealed record concerns and keeps the bounds,
`app.py` speaks HTTP. Without it pages ask every half minute.
"""
