// Package web is the pages people use.
package web
