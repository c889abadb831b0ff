import { Flex, Spin } from "antd";

/** A place that is on its way. */
export function Loading() {
  return (
    <Flex justify="center" style={{ padding: 96 }}>
      <Spin size="large" />
    </Flex>
  );
}
