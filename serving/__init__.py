"""Everything wired: the site map, the three processes, the command line."""
