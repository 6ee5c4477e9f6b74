# Counts words with a DataFrame, and shows the most frequent ones.
from pyspark.sql import functions

lines = spark.createDataFrame(
    [("the quick brown fox",), ("jumps over the lazy dog",), ("and the fox is gone",)], ["line"]
)
words = lines.select(functions.explode(functions.split("line", " ")).alias("word"))
words.groupBy("word").count().orderBy(functions.desc("count"), "word").limit(2).show()
