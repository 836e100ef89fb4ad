eval("left out by default")
