function open( { ]]] rejectUnauthorized(a)
 }}} var = = ;
let x = {rejectUnauthorized: false};
