package teams

// message is what a workflow takes: https://learn.microsoft.com/connectors/teams (When a Teams webhook request is received).
type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string `json:"contentType"`
	Content     card   `json:"content"`
}

// card is an Adaptive Card: https://adaptivecards.io/explorer.
type card struct {
	Schema  string            `json:"$schema"`
	Type    string            `json:"type"`
	Version string            `json:"version"`
	Body    []any             `json:"body"`
	Teams   map[string]string `json:"msteams"`
}

func newMessage(body []any) message {
	return message{Type: "message", Attachments: []attachment{{
		ContentType: "application/vnd.microsoft.card.adaptive",
		Content: card{
			Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4",
			Body: body, Teams: map[string]string{"width": "Full"},
		},
	}}}
}

type container struct {
	Type      string `json:"type"`
	Separator bool   `json:"separator,omitempty"`
	Items     []any  `json:"items"`
}

// richText is a text in which nothing is Markdown.
type richText struct {
	Type    string `json:"type"`
	Inlines []run  `json:"inlines"`
}

type run struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Size   string `json:"size,omitempty"`
	Weight string `json:"weight,omitempty"`
	Color  string `json:"color,omitempty"`
}

func text(value string) richText {
	return richText{"RichTextBlock", []run{{Type: "TextRun", Text: value}}}
}

func named(name, value string) richText {
	return richText{"RichTextBlock", []run{{Type: "TextRun", Text: name + ": ", Weight: "Bolder"}, {Type: "TextRun", Text: value}}}
}

type actionSet struct {
	Type    string   `json:"type"`
	Actions []action `json:"actions"`
}

type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}
