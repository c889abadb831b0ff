import { Form } from "antd";
import { useState } from "react";

import { api, told } from "../../../api/client";
import { reasonsOf } from "../../../api/problem";
import type { Directory, DirectoryDraft, DirectoryFinding } from "../../../api/schema";
import { tidied } from "./tidied";

/** Tries the directory as it stands in the form, without keeping anything. */
export function useProbe(directory: Directory | undefined) {
  const form = Form.useFormInstance<DirectoryDraft>();
  const [isTrying, setTrying] = useState(false);
  const [finding, setFinding] = useState<DirectoryFinding>();
  const [problem, setProblem] = useState<string>();
  const run = async () => {
    const { source, secret } = tidied(form.getFieldsValue(true) as DirectoryDraft);
    setTrying(true);
    setFinding(undefined);
    setProblem(undefined);
    try {
      // Where no secret was typed, the one that is kept is taken.
      const body = { source, secret, directory: directory?.id };
      setFinding(await told(api.POST("/directory-probe", { body })));
    } catch (thrown) {
      setProblem(reasonsOf(thrown).join("\n"));
    } finally {
      setTrying(false);
    }
  };
  return { run, isTrying, finding, problem };
}
