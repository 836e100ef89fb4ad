// Our own bundle.
/*!
 * Bootstrap v3.0.0
 */
window.bootstrap = {};
