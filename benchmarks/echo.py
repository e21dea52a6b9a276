"""The ceiling: a bare aiohttp server that answers the same request without doing anything."""

import sys

from aiohttp import web


async def answer(request: web.Request) -> web.Response:
    return web.Response(text=request.query["id"])


def main() -> None:
    application = web.Application()
    application.add_routes([web.get("/channels/kannel/mo", answer)])
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
