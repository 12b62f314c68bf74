package drawing

import (
	"fmt"
	"strings"
)

// dot reads the language of dot, as far as its grammar says what a list of
// statements is.
type dot struct {
	text            string
	nodes           map[string]int
	edges, clusters int
}

func (p *dot) parse() error {
	p.nodes = map[string]int{}
	if p.next() != "digraph" || !isID(p.next()) || p.next() != "{" {
		return fmt.Errorf("no head")
	}
	if err := p.statements(); err != nil {
		return err
	}
	if rest := p.next(); rest != "" {
		return fmt.Errorf("%q after the end", rest)
	}
	return nil
}

// statements reads up to the end of the braces.
func (p *dot) statements() error {
	for {
		word := p.next()
		switch {
		case word == "}":
			return nil
		case word == "subgraph":
			p.clusters++
			if !isID(p.next()) || p.next() != "{" {
				return fmt.Errorf("no head of a subgraph")
			}
			if err := p.statements(); err != nil {
				return err
			}
			continue
		case !isID(word):
			return fmt.Errorf("%q begins a statement", word)
		}
		if err := p.statement(word); err != nil {
			return err
		}
	}
}

func (p *dot) statement(word string) error {
	then := p.next()
	switch {
	case then == "=":
		if !isID(p.next()) {
			return fmt.Errorf("%s= without a value", word)
		}
		then = p.next()
	case then == "->":
		if !isID(p.next()) {
			return fmt.Errorf("%s leads nowhere", word)
		}
		p.edges++
		then = p.next()
	case word != "node":
		p.nodes[word]++
	}
	if then == "[" {
		for then != "]" {
			if !isID(p.next()) || p.next() != "=" || !isID(p.next()) {
				return fmt.Errorf("bad attributes of %s", word)
			}
			if then = p.next(); then != "," && then != "]" {
				return fmt.Errorf("%q among the attributes of %s", then, word)
			}
		}
		then = p.next()
	}
	if then != ";" {
		return fmt.Errorf("%q after %s", then, word)
	}
	return nil
}

func isID(word string) bool {
	return word != "" && (word[0] == '"' || strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "")
}

// next is the next token, "" at the end and for what is none.
func (p *dot) next() string {
	p.text = strings.TrimLeft(p.text, " \t\n")
	n := 0
	switch {
	case p.text == "":
		return ""
	case p.text[0] == '"':
		for n = 1; n < len(p.text) && p.text[n] != '"'; n++ {
			if p.text[n] == '\\' {
				n++
			}
			if n < len(p.text) && p.text[n] < ' ' {
				return ""
			}
		}
		if n >= len(p.text) {
			return ""
		}
		n++
	case strings.HasPrefix(p.text, "->"):
		n = 2
	case strings.ContainsRune("{}[]=,;", rune(p.text[0])):
		n = 1
	default:
		for n < len(p.text) && isID(p.text[n:n+1]) && p.text[n] != '"' {
			n++
		}
	}
	word := p.text[:n]
	p.text = p.text[n:]
	return word
}
