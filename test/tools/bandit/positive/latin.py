x = "é"
exec(x)
