module example.com/app

go 1.22

require (
	example.com/example-mux v1.5.0
	example.com/part v0.0.0
)

replace example.com/part => ./part
