"""The registry that the benchmarks ask: the constructed demo rows, without the demo mark, so that real channels open."""

from sqlalchemy import delete

from bot import config as settings
from bot.demo import load
from bot.store import store
from bot.store.query import Query, Tx
from bot.store.schema import marks

UNMARK: Query[int] = Query(delete(marks))


def main() -> None:
    env = settings.environment()
    today = settings.clock(env).today()

    def work(tx: Tx) -> None:
        load(tx, today)
        tx.run(UNMARK)

    store.do(env.database_url, work)


if __name__ == "__main__":
    main()
