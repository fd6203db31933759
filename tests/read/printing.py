"""Small texts written by hand; the printer of bulletins itself is the kit's own (`haochaping_dev.fuzz.print_any_layout`)."""

from haochaping_dev.fuzz.bulletin_layout import Layout, expected_content
from haochaping_dev.fuzz.invented_city import QUARTER, small_city
from haochaping_dev.fuzz.print_any_layout import print_bulletin, print_text

__all__ = ["QUARTER", "Layout", "expected_content", "print_bulletin", "print_text", "small_city"]

NARRATIVE = """青禾市政务服务管理局
关于2022年第四季度政务服务“好差评”工作情况的通报
各区县：
2022年第四季度，全市归集并上传省平台办件评价数据900条，评价率99.9%以上。
附件：1.数据通报表
青禾市政务服务管理局
2023年1月18日
"""
NOTE = "备注：数据统计范围2022年10月1日至12月31日，数据提取时间：2023年1月5日。\n"
DISTRICT_HEAD = "附件1：\n各区县第四季度数据通报表\n序号 区县 办件数 评价数 差评数\n"
DEPARTMENT_HEAD = "附件2：\n市直部门第四季度数据通报表\n序号 部门 办件数 评价数 差评数\n"
MATRIX_HEAD = "附件3：\n区直部门第四季度评价数据通报表\n序号 部门 {}\n"
SERVICE_HEAD = "附件5：\n各区县公共服务领域第四季度数据通报表\n序号 区县 评价数 总量占比\n"
