MZ_VALUE = 1
token = "ghp_U8glMwxudcEQPfYka05vXL4XRtcGP08jqGYs"
