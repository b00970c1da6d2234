package browser_test

const axePath = "../../web/node_modules/axe-core/axe.min.js"
