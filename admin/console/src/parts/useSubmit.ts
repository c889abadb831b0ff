import { App, type FormInstance } from "antd";
import { useState } from "react";

import { messageOf, reasonOf, Refusal } from "../api/problem";
import { texts } from "../language/texts";
import { fieldName } from "./fieldNames";
import { fieldPath } from "./fieldPath";

const t = texts({
  about: (field: string, text: string) => [`${field}：${text}`, `${field}: ${text}`],
  stale: [
    "内容在您打开之后已被他人修改。请载入最新内容后再改。",
    "Somebody else has changed this since you opened it. Load it anew and repeat your change.",
  ],
});

/**
 * Sends a form. What the API refuses is told at the field, if the form has it; else `problem` says it.
 * Answers whether it was done.
 */
export function useSubmit<V>(form: FormInstance<V>, send: (values: V) => Promise<unknown>) {
  const { message } = App.useApp();
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isStale, setStale] = useState(false);

  const submit = async (values: V): Promise<boolean> => {
    setSending(true);
    setProblem(undefined);
    setStale(false);
    try {
      await send(values);
      return true;
    } catch (thrown) {
      setStale(thrown instanceof Refusal && thrown.isStale);
      if (thrown instanceof Refusal && thrown.isStale) setProblem(t.stale);
      else if (thrown instanceof Refusal && thrown.fields.length > 0) setProblem(tell(form, thrown));
      else if (thrown instanceof Refusal) setProblem(thrown.message);
      else void message.error(messageOf(thrown));
      return false;
    } finally {
      setSending(false);
    }
  };
  return { submit, isSending, problem, isStale, clear: () => setProblem(undefined) };
}

/** Tells each field what is wrong with it; answers what is left over. */
function tell<V>(form: FormInstance<V>, refusal: Refusal): string | undefined {
  const left: string[] = [];
  let first: (string | number)[] | undefined;
  for (const problem of refusal.fields) {
    const [text, name] = [reasonOf(problem), shown(form, fieldPath(problem.field))];
    if (name) {
      form.setFields([{ name: name as never, errors: [text] }]);
      first ??= name;
    } else {
      left.push(t.about(fieldName(problem.field), text));
    }
  }
  if (first) form.scrollToField(first as never, { focus: true, block: "center" });
  return left.length > 0 ? left.join("\n") : undefined;
}

/** The field itself, or the nearest above it that the form shows. */
function shown<V>(form: FormInstance<V>, path: (string | number)[]): (string | number)[] | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const name = path.slice(0, length);
    if (form.getFieldInstance(name as never)) return name;
  }
  return undefined;
}
