"""The pages: the overview that anybody may see, and the phone simulator.

``pages`` says which address leads where; ``simulator`` is what the phone's page asks for, and ``explained`` how a message is told to it;
``frame`` writes a page in the reader's language, ``guard`` keeps strangers out, ``files`` serves what lies in ``static``. The board
reads the store; the only thing that it writes is a message in, and that goes the way of every message in.
"""
