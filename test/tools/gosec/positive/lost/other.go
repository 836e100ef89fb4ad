package lost

var other = 1
