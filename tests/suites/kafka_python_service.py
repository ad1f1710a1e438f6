"""A broker that somebody else runs, for kafka-python's fixtures: its sdist leaves this module out."""


class ExternalService:
    def __init__(self, host, port):
        self.host = host
        self.port = port

    def open(self):
        pass

    def stop(self):
        pass


class SpawnedService:
    """Imported by the fixtures, never used: the broker is external."""
