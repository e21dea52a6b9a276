"""The pages: the overview that anybody may see, and the simulator: a telephone and a chat of the same person.

``pages`` says which address leads where; ``simulator`` is what the phones' page asks for, ``texted`` what it sends, ``explained`` how a
message is told to it, and ``chat`` what a chat shows besides;
``frame`` writes a page in the reader's language, ``guard`` keeps strangers out, ``files`` serves what lies in ``static``. The board
reads the store; the only thing that it writes is a message in, and that goes the way of every message in.
"""
