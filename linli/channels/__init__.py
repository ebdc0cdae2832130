"""Messages to people: the inbox of each, e-mail, and the robots of groups at WeCom, DingTalk and Feishu.

Lives here: who is told of what happened, by which channel and when (quiet hours, digests), the sending, what became of each
message. Does not live here: what happened (the journal), what is due (cases), calls at the hotline (cases).
Start at `rules.py` (who is told of what, when it may go), `making.py` (messages from events), `sending.py`, `adapters/`.
"""
