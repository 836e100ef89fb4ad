const app = require('express')();

app.get('/', (req, res) => {
  eval(req.body.code);
  res.end();
});
