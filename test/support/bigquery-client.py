"""Asks the local BigQuery at argv[1] as people do from Python, and prints the answers as JSON."""

import json
import sys

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

client = bigquery.Client(
    project="demo",
    credentials=AnonymousCredentials(),
    client_options=ClientOptions(api_endpoint=sys.argv[1]),
)
parameter = bigquery.ScalarQueryParameter("least", "INT64", 24)
config = bigquery.QueryJobConfig(
    query_parameters=[parameter], labels={"team": "data"}, use_query_cache=False, job_timeout_ms=60000
)
query = "SELECT n, s, t FROM shop.numbers WHERE n >= @least ORDER BY n"
rows = [dict(row) for row in client.query(query, job_config=config).result()]
answers = {
    "rows": [[row["n"], row["s"], row["t"].isoformat()] for row in rows],
    "waited": [row[0] for row in client.query_and_wait("SELECT 1 AS a")],
    "paged": len(list(client.query("SELECT * FROM shop.numbers").result(page_size=7))),
    "listed": len(list(client.list_rows("demo.shop.numbers", page_size=10))),
    "tables": [table.table_id for table in client.list_tables("shop")],
    "changed": client.query("DELETE FROM shop.numbers WHERE n > 20").result().num_dml_affected_rows,
}
try:
    client.query("SELECT nothing FROM shop.numbers").result()
except Exception as error:
    answers["refused"] = str(error)
try:
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    result = client.query("SELECT n, s FROM shop.numbers ORDER BY n LIMIT 2").result()
    answers["frame"] = result.to_dataframe(create_bqstorage_client=False).values.tolist()
    result = client.query("SELECT n, s FROM shop.numbers ORDER BY n LIMIT 2").result()
    answers["arrow"] = result.to_arrow(create_bqstorage_client=False).to_pylist()
except ImportError:
    pass
print(json.dumps(answers))
