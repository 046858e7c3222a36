// Evaluates expressions with the platform's own engine: one JSON request per line, one JSON answer per line.
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import { createInterface } from "node:readline";

function wrap(value) {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  const dictionary = new data.Dictionary();
  for (const [key, inner] of Object.entries(value)) dictionary.add(key, wrap(inner));
  return dictionary;
}

function evaluate({ context, expression, failed }) {
  const status = { always: true, success: !failed, failure: failed, cancelled: false };
  const functions = Object.entries(status).map(([name, value]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  }));
  const parser = new Parser(new Lexer(expression).lex().tokens, Object.keys(context), functions);
  const table = new Map(functions.map((one) => [one.name, one]));
  const text = new Evaluator(parser.parse(), wrap(context), table).evaluate().coerceString();
  return { text, truthy: !["", "false", "0"].includes(text) };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    answer = evaluate(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
