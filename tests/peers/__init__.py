"""Real counterparts to test against: Kannel, an SMSC, Telegram, PostgreSQL, Chromium, and an oracle for counting segments.

`install.sh` installs what is missing, `plugin.py` hands them to tests as fixtures, `test_peers.py` proves them.
They listen on loopback only, on free ports, and end with the test run that started them.
"""
