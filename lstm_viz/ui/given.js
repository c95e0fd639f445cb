// What the page gives a component comes as the bytes of a JSON text: see ui/components.py.
const given = (bytes) => JSON.parse(new TextDecoder().decode(bytes))

