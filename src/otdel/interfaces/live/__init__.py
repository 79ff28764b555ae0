"""A small ASGI app that tells open pages what to look at again.

It runs beside the web server: one connection to the database listens, each open page holds one line of server-sent
events. It knows people by their numbers and says words such as "tasks"; what there is to see, a page asks the web
server, with its own session and rights. Nothing here is needed to work: pages ask every minute anyhow.
"""
