// Package page has the tests of report.html in Debian's Chromium: what people see, do with keys, print, and see without JavaScript.
//
// It is a module of its own, because it needs a driver of browsers and, by npm, axe-core: neither is part of the product. The
// pictures in testdata are of [sample], not of a configuration, so that they change only with the page.
package page
