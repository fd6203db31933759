"""Spark through Spark Connect (``sc://host:port``): a cluster of Apache Spark, or of Sail, which speaks the same protocol."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from haochaping.core.errors import refuse
from haochaping.records import row_keys
from haochaping.records.databases.database import Database, is_path

TOKEN = "HAOCHAPING_SPARK_TOKEN"
"""Environment variable with the token of a cluster that asks for one."""
_CONNECT_SECONDS = 15
_PORT = 15002
_RETRIES = 3
"""How often a request is sent again; the client would try for ten minutes where a cluster went away."""


@ibis.udf.scalar.builtin(name="xxhash64")
def _hash(text: str) -> dt.int64:
    """The engine's own hash."""


class SparkEngine:
    """A session of its own on a cluster: see :class:`open_database.Engine`."""

    key: Sequence[str] = ("case_key",)

    def __init__(self, database: Database, place: str):
        address = database.parts
        host, port = address.hostname or "", address.port or _PORT
        try:
            socket.create_connection((host, port), _CONNECT_SECONDS).close()
        except OSError:
            expected = "应为 sc://主机:端口，集群（Spark 或 Sail 的 Connect 服务）应在运行"
            raise refuse(place, "连接不上", expected) from None
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession

        token = os.environ.get(TOKEN, "")
        url = f"sc://{host}:{port}" + (f"/;use_ssl=true;token={token}" if token else "")
        try:
            self._session = SparkSession.builder.remote(url).create()
            self._session.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
            self._connection = ibis.pyspark.connect(self._session)
        except Exception as error:
            if self.refusal(error) is None:
                raise
            expected = f"应为 Spark Connect 服务；给了 {TOKEN} 的用 TLS 连接，集群应有证书，令牌应有效"
            raise refuse(place, "连接得上，但不应答", expected) from None

    def table(self, name: str) -> ir.Table:
        """A table of the catalogue, or Parquet files of the cluster's storage."""
        if is_path(name):
            return self._connection.read_parquet(name)
        schema, _, table = name.rpartition(".")
        return self._connection.table(table, database=schema or None)

    def case_key(self, fields: ir.Table) -> Mapping[str, ir.Value]:
        """The case number."""
        return row_keys.case_key(fields)

    def row_key(self, table: ir.Table, columns: Sequence[str]) -> Mapping[str, ir.Value]:
        """One hash of them, which says nothing of a record and may travel."""
        parts = [value.cast("string") for value in row_keys.comparable(table, columns).values()]
        return {"row_hash": _hash(ibis.literal("|").join(parts))}

    def kept(self, name: str, expression: ir.Table, *, is_summary: bool = False) -> ir.Table:
        """A view of this session whose rows the cluster caches; not every cluster does, so summaries are sent to it."""
        frame = self._session.sql(self._connection.compile(expression))
        frame = self._session.createDataFrame(frame.toArrow()) if is_summary else frame.cache()
        frame.createOrReplaceTempView(name)
        return self._connection.table(name)

    def refusal(self, error: Exception) -> tuple[str, str] | None:
        """What an error means."""
        from grpc import RpcError
        from pyspark.errors import PySparkException, RetriesExceeded

        if not isinstance(error, (RpcError, PySparkException, RetriesExceeded)):
            return None
        text = str(error)
        if any(
            word in text
            for word in ("UNAVAILABLE", "Connection refused", "RETRIES_EXCEEDED", "Socket closed")
        ):
            return "集群中途断开", "请核对集群是否在运行；以前的输出没有改动，恢复以后再运行一次即可"
        if any(word in text for word in ("PERMISSION", "UNAUTHENTICATED", "INSUFFICIENT")):
            return "没有读取的权限", f"请集群管理员授权；口令用环境变量 {TOKEN} 给出，不写在文件中"
        return "集群没有完成汇总", "请核对各列的内容和类型，或把运行的时刻告诉集群管理员，由他查看日志"

    def close(self) -> None:
        """End the session, and with it what it keeps."""
        self._session.stop()
