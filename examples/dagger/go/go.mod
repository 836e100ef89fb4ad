module dagger/example

go 1.26.1

// What the client of engine 0.21.8 is made for. Without these lines the newest is taken, and it imports itself in a circle.
require (
	go.opentelemetry.io/otel v1.44.0 // indirect
	go.opentelemetry.io/otel/metric v1.44.0 // indirect
	go.opentelemetry.io/otel/trace v1.44.0 // indirect
)
