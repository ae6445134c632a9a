// GraphiQL over this very endpoint; ?query=… fills the editor, the key goes into the headers editor.
const asked = new URLSearchParams(window.location.search).get("query");
const headers = JSON.stringify({ Authorization: "Bearer tl_YOUR_KEY" }, null, 2);
const root = ReactDOM.createRoot(document.getElementById("graphiql"));
root.render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: window.location.pathname }),
    defaultEditorToolsVisibility: "headers",
    defaultHeaders: headers,
    query: asked ?? undefined,
    defaultQuery: "{\n  me {\n    role\n    organization { name timeZone }\n    person { name }\n  }\n}\n",
  }),
);
