import { ArrowLeftOutlined } from "@ant-design/icons";
import { Flex, Typography } from "antd";
import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";

type Props = {
  title: string;
  /** What the page is for, in a sentence. */
  lead?: ReactNode;
  /** From where it was reached. */
  back?: { to: string; title: string };
  /** Buttons. */
  children?: ReactNode;
};

/** The head of every page. */
export function PageHeader({ title, lead, back, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
  return (
    <header style={{ marginBottom: 20 }}>
      {back && (
        <Link to={back.to} style={{ display: "inline-block", marginBottom: 8 }}>
          <ArrowLeftOutlined aria-hidden /> {back.title}
        </Link>
      )}
      <Flex gap={12} wrap align="center" justify="space-between">
        <Typography.Title level={1} style={{ margin: 0, fontSize: 22 }}>
          {title}
        </Typography.Title>
        <Flex gap={8} wrap>
          {children}
        </Flex>
      </Flex>
      {lead && (
        <Typography.Paragraph type="secondary" style={{ margin: "6px 0 0", maxWidth: 760 }}>
          {lead}
        </Typography.Paragraph>
      )}
    </header>
  );
}
