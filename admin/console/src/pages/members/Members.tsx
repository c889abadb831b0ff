import { PlusOutlined } from "@ant-design/icons";
import { Button, Card, Flex, Grid } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { pathText, useDepartments } from "../../api/departments";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { PageHeader } from "../../parts/PageHeader";
import { DepartmentTree } from "./DepartmentTree";
import { MemberDrawer } from "./MemberDrawer";
import { MemberForm } from "./MemberForm";
import { MemberTable } from "./MemberTable";
import { t } from "./words";

/** Departments at the left, their people at the right. */
export default function Members() {
  const may = useMay();
  const isWide = Grid.useBreakpoint().lg ?? true;
  const [department, setDepartment] = useState<string>();
  const [open, setOpen] = useState<string>();
  const [isNew, setNew] = useState(false);
  const [chosen] = useDepartments(department ? [department] : []);
  const create = may("members:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <Flex gap={16} align="flex-start" vertical={!isWide}>
        {isWide ? (
          <Card style={{ width: 280, flex: "none", position: "sticky", top: 80 }} styles={{ body: { padding: 12 } }}>
            <DepartmentTree chosen={department} onChoose={(one) => setDepartment(one?.id)} />
          </Card>
        ) : (
          <DepartmentChooser
            allowClear
            aria-label={t.departments}
            placeholder={t.departments}
            style={{ width: "100%" }}
            value={department}
            onChange={(id) => setDepartment(id ? String(id) : undefined)}
          />
        )}
        <div style={{ flex: 1, minWidth: 0, width: "100%" }}>
          <MemberTable
            key={department}
            department={department}
            title={chosen ? pathText(chosen) : t.everybody}
            create={create}
            onOpen={setOpen}
          />
        </div>
      </Flex>
      {isNew && (
        <MemberForm
          department={department}
          onClose={(made) => {
            setNew(false);
            if (made) setOpen(made);
          }}
        />
      )}
      {open && <MemberDrawer id={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}
