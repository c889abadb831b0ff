import { Alert, Modal, Typography } from "antd";

import { texts } from "../language/texts";

const t = texts({
  close: ["我已保存", "I have kept it"],
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
});

type Props = {
  title: string;
  /** What to do with it. */
  hint: string;
  /** What is shown, each with its name. */
  values: { label: string; value: string }[];
  onClose: () => void;
};

/** Something secret that is shown this once. */
export function OnceShown({ title, hint, values, onClose }: Props) {
  return (
    <Modal
      open
      title={title}
      onOk={onClose}
      // Only by saying so: what is shown cannot be shown again.
      closable={false}
      keyboard={false}
      okText={t.close}
      cancelButtonProps={{ style: { display: "none" } }}
      mask={{ closable: false }}
    >
      <Alert type="warning" showIcon title={hint} style={{ marginBottom: 16 }} />
      {values.map(({ label, value }) => (
        <div key={label} style={{ marginBottom: 12 }}>
          <Typography.Text type="secondary">{label}</Typography.Text>
          <Typography.Paragraph
            className="mono"
            style={{ margin: 0, overflowWrap: "anywhere" }}
            copyable={{ text: value, tooltips: [t.copy, t.copied] }}
          >
            {value}
          </Typography.Paragraph>
        </div>
      ))}
    </Modal>
  );
}
