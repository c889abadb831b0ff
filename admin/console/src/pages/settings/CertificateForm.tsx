import { UploadOutlined } from "@ant-design/icons";
import { Button, Form, Input, Upload } from "antd";

import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import type { CertificateUpload } from "../../api/schema";
import { FormDrawer } from "../../parts/FormDrawer";
import { t } from "./certificateWords";

/** A certificate with its key, pasted or read from files. */
export function CertificateForm({ onClose }: { onClose: (done: boolean) => void }) {
  const once = useOnce();
  return (
    <FormDrawer<CertificateUpload>
      title={t.upload}
      saveText={t.upload}
      initial={{ chain: "", key: "" }}
      send={(body) => once(body, (header) => told(api.POST("/certificates", { params: { header }, body })))}
      onClose={onClose}
    >
      <PemItem name="chain" label={t.chain} hint={t.chainHint} fromFile={t.chainFile} kind="CERTIFICATE" />
      <PemItem name="key" label={t.key} hint={t.keyHint} fromFile={t.keyFile} kind="PRIVATE KEY" />
    </FormDrawer>
  );
}

type PemProps = { name: keyof CertificateUpload; label: string; hint: string; fromFile: string; kind: string };

function PemItem({ name, label, hint, fromFile, kind }: PemProps) {
  const form = Form.useFormInstance<CertificateUpload>();
  return (
    <>
      <Form.Item name={name} label={label} extra={hint} rules={[{ required: true, whitespace: true }]}>
        <Input.TextArea
          className="mono"
          rows={7}
          autoComplete="off"
          spellCheck={false}
          placeholder={`-----BEGIN ${kind}-----\n…\n-----END ${kind}-----`}
        />
      </Form.Item>
      <Form.Item>
        <Upload
          accept=".pem,.crt,.cer,.key,.txt"
          showUploadList={false}
          beforeUpload={(file) => {
            void file.text().then((text) => form.setFieldValue(name, text));
            return false;
          }}
        >
          <Button icon={<UploadOutlined />}>{fromFile}</Button>
        </Upload>
      </Form.Item>
    </>
  );
}
