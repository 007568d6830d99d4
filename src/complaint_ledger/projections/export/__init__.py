"""Facts as files: a folder for each council, to be sent and to be asked together with others."""
