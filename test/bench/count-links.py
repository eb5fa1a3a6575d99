"""What Spark Structured Streaming has to do to count the links of tweets by hour, to measure against.

Usage: count-links.py FILE. Parses each line, drops tweets that come twice, takes their links apart and
counts them in windows of an hour. Prints how many were counted.
"""

import os
import sys
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql.functions import coalesce, col, count, explode, from_json, to_timestamp, window

schema = """id_str STRING, created_at STRING,
entities STRUCT<urls: ARRAY<STRUCT<expanded_url: STRING>>>,
extended_tweet STRUCT<entities: STRUCT<urls: ARRAY<STRUCT<expanded_url: STRING>>>>,
retweeted_status STRUCT<entities: STRUCT<urls: ARRAY<STRUCT<expanded_url: STRING>>>,
  extended_tweet: STRUCT<entities: STRUCT<urls: ARRAY<STRUCT<expanded_url: STRING>>>>>"""

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.legacy.timeParserPolicy", "LEGACY")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

with tempfile.TemporaryDirectory() as folder:
    source = os.path.join(folder, "tweets")
    os.mkdir(source)
    os.symlink(os.path.abspath(sys.argv[1]), os.path.join(source, "tweets.json"))
    lines = spark.readStream.text(source)
    tweets = lines.select(from_json(col("value"), schema).alias("tweet")).select("tweet.*")
    links = (
        tweets.where(col("id_str").isNotNull())
        .withColumn("at", to_timestamp(col("created_at"), "EEE MMM dd HH:mm:ss Z yyyy"))
        .dropDuplicates(["id_str"])
        .select(
            "at",
            explode(
                coalesce(
                    col("retweeted_status.extended_tweet.entities.urls"),
                    col("retweeted_status.entities.urls"),
                    col("extended_tweet.entities.urls"),
                    col("entities.urls"),
                )
            ).alias("link"),
        )
    )
    hours = links.groupBy(window("at", "1 hour"), col("link.expanded_url")).agg(
        count("*").alias("mentions")
    )
    query = (
        hours.writeStream.outputMode("complete")
        .format("memory")
        .queryName("hours")
        .option("checkpointLocation", os.path.join(folder, "checkpoint"))
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    print(spark.sql("SELECT SUM(mentions) FROM hours").first()[0])
spark.stop()
