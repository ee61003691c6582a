import { TssyncError } from "./error.ts";
import { type BytePath, pathToText } from "./path.ts";
import { compilePerlExpression } from "./perl_expression.ts";

/**
 * Tests absolute paths: one of the expressions must match in full. null lets everything through.
 *
 * Throws CONFIG_INVALID for an expression that cannot be used; `src/config` has checked them with file and line before.
 */
export function compileIncludes(expressions: readonly string[] | null): (path: BytePath) => boolean {
  if (expressions === null) return () => true;
  const patterns = expressions.map((expression) => {
    const compiled = compilePerlExpression(expression, "full");
    if ("pattern" in compiled) return compiled.pattern;
    throw new TssyncError("CONFIG_INVALID", `Cannot use the expression "${expression}": ${compiled.problem}.`, {
      expression,
    });
  });
  return (path) => {
    const text = pathToText(path);
    return patterns.some((pattern) => pattern.test(text));
  };
}
