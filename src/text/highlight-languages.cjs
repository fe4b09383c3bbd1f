// What cli-highlight gets for `highlight.js` in the bundle (scripts/build.mjs): four languages instead of 190.
// The paths are relative because the alias also catches `highlight.js/lib/core`.

const highlighter = require('../../node_modules/highlight.js/lib/core');

highlighter.registerLanguage('pgsql', require('../../node_modules/highlight.js/lib/languages/pgsql'));
highlighter.registerLanguage('sql', require('../../node_modules/highlight.js/lib/languages/sql'));
highlighter.registerLanguage('json', require('../../node_modules/highlight.js/lib/languages/json'));
highlighter.registerLanguage('plaintext', require('../../node_modules/highlight.js/lib/languages/plaintext'));

module.exports = highlighter;
