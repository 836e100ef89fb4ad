exec("hidden from default excludes")
