// As in provider/index.js: from a plain JavaScript entry on, Node strips the types by itself.
import "./main.ts";
