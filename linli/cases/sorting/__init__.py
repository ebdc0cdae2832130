"""What is proposed of a case, and how often it was right: predictions, models, which is in force.

Lives here: the prediction beside each case and what people made of it, model files as rows, their training from closed
cases and their judging on cases held back, who put which in force. Does not live here: the methods themselves
(linli/methods/language), the tree of categories and the starter model (catalogue), the operator's form (views/intake.py).
Start at `models.py` (Prediction, SortingModel, SortingTerm), then `operations.py`; how a model is made: `making.py`.
"""
