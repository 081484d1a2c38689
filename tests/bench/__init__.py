"""What each work costs beside a floor: bare Flask and sqlite3 doing the same bytes.

``python -m tests.bench`` prints one table. Nothing is asserted: absolute times say more about the
machine than about us. Wall times are medians; the CPU ratio suffers least from a busy machine, and
is what goals are compared with. Growth and SQL counts are gates of the ordinary tests.
"""
