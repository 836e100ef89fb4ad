const crypto = require('node:crypto');
const express = require('express');
const app = express();

app.get('/run', (req, res) => {
  const note = 'größe 😀'; eval(req.query.code);
  eval(req.query.code); // nosem
  eval(req.query.code); // njsscan-ignore: eval_nodejs
  res.send(note);
});

const digest = (text) => crypto.createHash('md5').update(text).digest('hex'); // nosemgrep: node_md5
app.listen(3000);
module.exports = { digest };
