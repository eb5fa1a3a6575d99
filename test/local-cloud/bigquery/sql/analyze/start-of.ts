import type { Node } from "../parse/syntax-tree.ts";

/** Where an expression begins; the place of an operation is that of its operator. */
export function startOf(node: Node): number {
  switch (node.kind) {
    case "binary":
    case "distinct from":
      return startOf(node.left);
    case "between":
    case "in":
    case "is":
    case "like":
      return startOf(node.value);
    case "field":
    case "subscript":
      return startOf(node.base);
    default:
      return node.place;
  }
}
