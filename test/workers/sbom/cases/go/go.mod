module example.com/shop

go 1.21

toolchain go1.22.1

require (
	github.com/BurntSushi/toml v1.4.0
	github.com/docker/docker v27.3.1+incompatible // indirect
	example.com/replaced v1.0.0
	example.com/local v0.0.0-00010101000000-000000000000
)

require golang.org/x/net v0.30.0 // indirect

replace example.com/replaced v1.0.0 => example.com/fork/v2 v2.1.0

replace example.com/local => ../local

exclude golang.org/x/net v0.29.0

retract (
	v0.9.0
	[v0.1.0, v0.2.0]
)
