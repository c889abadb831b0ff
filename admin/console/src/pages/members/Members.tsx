import { ApartmentOutlined, PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Card, Drawer, Flex, Grid } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useMay, useMayEverywhere } from "../../api/caller";
import { ExportButton } from "../../parts/ExportButton";
import { PageHeader } from "../../parts/PageHeader";
import { useDepartmentDeeds } from "./departments/deeds";
import { DepartmentColumn } from "./departments/DepartmentColumn";
import { DepartmentHead } from "./departments/DepartmentHead";
import { t as departmentWords } from "./departments/words";
import { MemberCount } from "./list/MemberCount";
import { MemberTable } from "./list/MemberTable";
import css from "./members.module.css";
import { MemberDrawer } from "./person/MemberDrawer";
import { MemberForm } from "./person/MemberForm";
import { filterOf, useView } from "./view";
import { t } from "./words";

/** Departments at the left, their people at the right. */
export default function Members() {
  const may = useMay();
  const mayEverywhere = useMayEverywhere();
  const isWide = Grid.useBreakpoint().lg ?? true;
  const go = useNavigate();
  const [view, change] = useView();
  const [isNew, setNew] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const choose = (department: string | undefined) => {
    setChoosing(false);
    change({ department });
  };
  const deeds = useDepartmentDeeds(({ id, parent }) => {
    if (view.department === id) change({ department: parent ?? undefined });
  });
  const create = (may("members:create") || may("guests:create")) && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  const maySeeTree = may("departments:read");
  const column = <DepartmentColumn chosen={view.department} onChoose={choose} deeds={deeds} />;
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {mayEverywhere("members:create") && (
          <Button icon={<UploadOutlined />} onClick={() => void go("/members/import")}>
            {t.import}
          </Button>
        )}
        <ExportButton path="/member-export" filter={filterOf(view)} />
        {create}
      </PageHeader>
      <Flex gap={16} align="flex-start">
        {maySeeTree && isWide && (
          <Card className={css.column} styles={{ body: { padding: 12, height: "100%" } }}>
            {column}
          </Card>
        )}
        <div className={css.list}>
          {maySeeTree && !isWide && (
            <Button block icon={<ApartmentOutlined />} style={{ marginBottom: 12 }} onClick={() => setChoosing(true)}>
              {departmentWords.choose}
            </Button>
          )}
          <DepartmentHead id={view.department} onChoose={choose} deeds={deeds} count={<MemberCount view={view} />} />
          <MemberTable view={view} onChange={change} create={create} />
        </div>
      </Flex>
      <Drawer
        placement="left"
        size={320}
        open={isChoosing && !isWide}
        onClose={() => setChoosing(false)}
        title={departmentWords.departments}
      >
        {column}
      </Drawer>
      {deeds.form}
      {isNew && (
        <MemberForm
          department={view.department}
          onClose={(made) => {
            setNew(false);
            if (made) change({ member: made });
          }}
        />
      )}
      {view.member && <MemberDrawer id={view.member} onClose={() => change({ member: undefined })} />}
    </>
  );
}
