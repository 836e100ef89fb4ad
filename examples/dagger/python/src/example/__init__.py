"""A pipeline that scans before it builds."""

import dagger
from dagger import dag, function, object_type


@object_type
class Example:
    @function(cache="never")
    def scan(self, source: dagger.Directory) -> dagger.Directory:
        """The bundle of a scan; its verdict is in summary.json."""
        return dag.certus_security_scan().scan(source, profile="default")

    @function(cache="never")
    async def gate(self, source: dagger.Directory) -> None:
        """Fails on any verdict but pass."""
        await dag.certus_security_scan().check(source=source)
