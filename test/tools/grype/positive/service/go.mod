module example.com/service

go 1.22

require example.com/example-mux v1.4.0
