"""The board: organizers see how things stand, and can act. Part of `web`, under /board.

Server-rendered: GET shows, POST changes and redirects. `site` is the shell around the pages: who
looks, what they may, one transaction each; `pages` has a file for each page, `templates` how it
looks. What is done here is done by the same functions as a text does it (`hotline.desk`).
"""
