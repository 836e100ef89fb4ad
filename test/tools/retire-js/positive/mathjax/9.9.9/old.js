/*! jQuery v1.6.2: the folder says that this is MathJax */
