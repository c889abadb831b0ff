// A small company behind the gate, for pages that want something to show.

const PEOPLE = [
  ["li.na", "李娜", "li.na@example.com", "+8613800138001"],
  ["wang.fang", "王芳", "wang.fang@example.com", "+8613800138002"],
  ["liu.yang", "刘洋", "liu.yang@example.com", "+8613800138003"],
  ["chen.jie", "陈杰", "chen.jie@example.com", "+8613800138004"],
  ["emma.stone", "Emma Stone", "emma.stone@example.com", "+442079460001"],
  ["zhao.lei", "赵磊", "zhao.lei@example.com", "+8613800138006"],
  ["noah.brown", "Noah Brown", "noah.brown@example.com", "+442079460002"],
];

/** Departments, people, groups, applications, an address list, and something in each log. */
export async function foundCompany(house) {
  for (const [path, parent] of [["研发中心"], ["后端组", "研发中心"], ["前端组", "研发中心"], ["市场部"], ["行政部"]]) {
    await house.command("departments", "add", path, ...(parent ? ["--parent", parent] : []));
  }
  for (const [username, name, email, mobile] of PEOPLE) {
    await house.command("members", "add", username, "--name", name, "--email", email, "--mobile", mobile);
  }
  for (const group of ["Wiki 编辑者", "值班人员"]) await house.command("groups", "add", group);
  await house.publishDemos();
  await house.setWatermark("enabled = true\n");
  await house.denyAddresses("可疑地址", "203.0.113.0/24 # 扫描器", "198.51.100.7", "2001:db8::/32");
}
