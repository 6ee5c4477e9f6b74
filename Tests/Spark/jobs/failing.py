# Fails within Spark, in a function that runs on an executor.
def half(number):
    return 1 // (number - 3)


print(sc.parallelize(range(10), 2).map(half).sum())
