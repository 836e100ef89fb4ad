x="é"
exec(x)
