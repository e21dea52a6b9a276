"""Samabay Barta (সমবায় বার্তা): an SMS short-code and Telegram gateway for co-operative societies and their officers.

The flow, in one direction::

    channel ─MO─▶ receive ─▶ inbox ▶ identify ▶ understand ▶ authorise ▶ handler ▶ reply ▶ outbox    one unit of work, one commit
                                                                  outbox ─▶ deliver ─MT─▶ channel ─▶ handset
    channel ─DLR─▶ receipts ─▶ state of the message in the outbox

``app`` wires the parts, ``cli`` is the command line; ``domain`` is pure; ``store`` is the database; ``handlers``, ``channels`` and
``registry`` are folders of like parts, and the module of the singular name says what such a part is.
"""
